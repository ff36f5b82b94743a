# Pooling of log risk ratios (metafor): 13 trials of BCG vaccine against tuberculosis.

source("figures.R")
suppressPackageStartupMessages(library(metafor))

data <- escalc("RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)
data <- data.frame(data[c("trial", "tpos", "tneg", "cpos", "cneg", "ablat")],
                   log_rr = as.numeric(data$yi), variance = as.numeric(data$vi))
# 12 digits, as in the file that is read.
data$log_rr <- signif(data$log_rr, 12)
data$variance <- signif(data$variance, 12)
write_data(data, "meta_data.csv")

tight <- list(threshold = 1e-14, maxiter = 1000, tol = 1e-14)
for (method in c("EE", "DL", "REML", "PM")) {
  for (test in c("z", "knha")) {
    if (method == "EE" && test == "knha") next
    fit <- rma(log_rr, variance, data = data, method = method, test = test, control = tight)
    prefix <- paste(method, test, sep = "/")
    figures(prefix, c(fit$beta, fit$se, fit$ci.lb, fit$ci.ub, fit$pval),
            c("estimate", "se", "ci_low", "ci_high", "p_value"))
    figures(prefix, c(fit$tau2, fit$I2, fit$H2, fit$QE, fit$QEp),
            c("tau2", "i2", "h2", "q", "q_p_value"))
    if (method != "EE") {
      predicted <- predict(fit)
      figures(prefix, c(predicted$pi.lb, predicted$pi.ub), c("prediction_low", "prediction_high"))
    }
  }
}

fit <- rma(log_rr, variance, data = data, control = tight)
limits <- confint(fit, control = list(tol = 1e-14, maxiter = 1000))$random
figures("q_profile", limits["tau^2", ], c("estimate", "ci_low", "ci_high"))
figures("q_profile", limits["I^2(%)", 2:3], c("i2_low", "i2_high"))

fit <- rma(log_rr, variance, mods = ~ablat, data = data, control = tight)
figures("regression/coefficient", coef(fit), c("intercept", "ablat"))
figures("regression/se", fit$se, c("intercept", "ablat"))
figures("regression/p", fit$pval, c("intercept", "ablat"))
figures("regression", c(fit$tau2, fit$R2), c("tau2", "r2"))

found <- regtest(log_rr, variance, data = data, model = "lm")
figures("egger", c(found$zval, found$pval), c("t", "p_value"))

for (measure in c("OR", "RR")) {
  fit <- rma.mh(tpos, tneg, cpos, cneg, data = data, measure = measure, correct = FALSE)
  figures(paste0("mantel_haenszel/", measure), c(fit$beta, fit$se), c("log_ratio", "se"))
  if (measure == "OR") {
    corrected <- rma.mh(tpos, tneg, cpos, cneg, data = data, measure = "OR", correct = TRUE)
    figures("mantel_haenszel/OR/chi2", c(fit$MH, fit$MHp), c("value", "p"))
    figures("mantel_haenszel/OR/chi2_corrected", c(corrected$MH, corrected$MHp), c("value", "p"))
    figures("mantel_haenszel/OR/breslow_day", c(fit$BD, fit$BDp), c("value", "p"))
    figures("mantel_haenszel/OR/tarone", c(fit$TA, fit$TAp), c("value", "p"))
  }
}

write_figures("meta.csv")
