# Fine and Gray's model and Gray's test (cmprsk): progression to a plasma cell malignancy (1) or death
# before it (2), a quarter of survival::mgus2.

source("figures.R")
library(survival)
library(cmprsk)

data <- with(mgus2, data.frame(
  id,
  months = ifelse(pstat == 1, ptime, futime),
  event = ifelse(pstat == 1, 1, 2 * death),
  age, male = as.numeric(sex == "M"), hgb, mspike
))
data <- na.omit(data)
data <- data[data$id %% 4 == 1 & data$months > 0, ]
data$band <- cut(data$age, c(0, 65, 75, 120), c("to65", "to75", "older"))
write_data(data, "competing_data.csv")

covariates <- data.matrix(data[c("age", "male", "hgb", "mspike")])
for (cause in 1:2) {
  fit <- crr(data$months, data$event, covariates, failcode = cause, gtol = 1e-12, maxiter = 100)
  stopifnot(fit$converged)
  figures(paste0("crr/", cause, "/coefficient"), fit$coef)
  figures(paste0("crr/", cause, "/se"), sqrt(diag(fit$var)), names(fit$coef))
  figure(paste0("crr/", cause, "/log_likelihood"), fit$loglik)
  figure(paste0("crr/", cause, "/log_likelihood_null"), fit$loglik.null)
}

# Groups of the censoring (crr's cengroup; not its errors, for which crr adds what each group's
# censoring does to the patients of all groups). A baseline for each stratum, which crr has not: the
# weighted rows of survival::finegray, with censoring by stratum or of all, on times without ties,
# which finegray takes otherwise than crr.
groups <- as.integer(data$band)
for (cause in 1:2) {
  fit <- crr(data$months, data$event, covariates, cengroup = groups, failcode = cause,
             gtol = 1e-9, maxiter = 100)
  stopifnot(fit$converged)
  figures(paste0("cengroup/", cause, "/coefficient"), fit$coef)
  figure(paste0("cengroup/", cause, "/log_likelihood"), fit$loglik)
  own <- data.frame(
    months = data$months + data$id / 1e4, event = factor(data$event, 0:2),
    data[c("male", "hgb", "mspike", "band")]
  )
  for (by in c("stratum", "all")) {
    model <- if (by == "stratum") Surv(months, event) ~ . + strata(band) else Surv(months, event) ~ .
    rows <- finegray(model, own, etype = as.character(cause))
    fit <- coxph(Surv(fgstart, fgstop, fgstatus) ~ male + hgb + mspike + strata(band), rows,
                 weights = fgwt, ties = "breslow", eps = 1e-12,
                 toler.chol = 1e-13)
    figures(paste("strata", by, cause, "coefficient", sep = "/"), coef(fit))
  }
}

for (group in c("male", "band")) {
  found <- cuminc(data$months, data$event, data[[group]])
  for (cause in 1:2) {
    figures(paste("gray", group, cause, sep = "/"), found$Tests[cause, ], c("chi2", "p", "df"))
  }
}

# Incidence by cmprsk; its error by survfit (infinitesimal jackknife).
months <- c(24, 60, 120, 180)
for (male in 0:1) {
  own <- data[data$male == male, ]
  found <- timepoints(cuminc(own$months, own$event), months)
  state <- survfit(Surv(months, factor(event, 0:2)) ~ 1, own)
  state <- summary(state, times = months)
  for (cause in 1:2) {
    prefix <- paste("incidence", male, cause, sep = "/")
    figures(paste0(prefix, "/estimate"), found$est[paste(1, cause), ], months)
    figures(paste0(prefix, "/se"), state$std.err[, cause + 1], months)
  }
}

write_figures("competing.csv")
