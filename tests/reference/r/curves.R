# Survival curves, their medians and restricted means, and tests that compare them. Data of cox.R.

source("figures.R")
library(survival)

men <- read.csv("cox_veteran_data.csv")
hearts <- read.csv("cox_heart_data.csv")

curve <- function(prefix, fit, times, parts = c("surv", "std.err", "lower", "upper")) {
  found <- summary(fit, times = times)
  for (part in parts) {
    figures(paste(prefix, part, sep = "/"), found[[part]], times)
  }
}

for (arm in 1:2) {
  own <- men[men$trt == arm, ]
  for (type in c("log", "log-log", "plain")) {
    fit <- survfit(Surv(time, status) ~ 1, own, conf.type = type)
    prefix <- paste0("veteran/", arm, "/", type)
    curve(prefix, fit, c(7, 30, 60, 100, 200, 350))
    curve(prefix, fit, c(7, 30, 60, 100, 200, 350), "n.risk")
    found <- quantile(fit, 0.5)
    figures(paste0(prefix, "/median"), unlist(found), c("estimate", "lower", "upper"))
  }
  for (horizon in c(90, 180, 365)) {
    found <- summary(fit, rmean = horizon)$table
    figures(paste0("veteran/", arm, "/rmean/", horizon), found[c("rmean", "se(rmean)")],
            c("value", "se"))
  }
}
for (status in 0:1) {
  own <- hearts[hearts$transplant == status, ]
  for (type in c("log", "log-log")) {
    fit <- survfit(Surv(start, stop, event) ~ 1, own, conf.type = type)
    curve(paste0("heart/", status, "/", type), fit, c(10, 50, 100, 180))
  }
  found <- summary(fit, rmean = 180)$table
  figures(paste0("heart/", status, "/rmean/180"), found[c("rmean", "se(rmean)")], c("value", "se"))
}

compared <- function(prefix, formula, data) {
  for (rho in 0:1) {
    found <- survdiff(formula, data, rho = rho)
    figures(paste0(prefix, "/rho", rho), c(found$chisq, found$pvalue), c("chi2", "p"))
  }
}
compared("survdiff/veteran/trt", Surv(time, status) ~ trt, men)
compared("survdiff/veteran/celltype", Surv(time, status) ~ celltype, men)
compared("survdiff/veteran/prior", Surv(time, status) ~ prior, men)
compared("survdiff/veteran/trt_by_celltype", Surv(time, status) ~ trt + strata(celltype), men)
compared("survdiff/veteran/celltype_by_trt", Surv(time, status) ~ celltype + strata(trt), men)

write_figures("curves.csv")
