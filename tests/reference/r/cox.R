# Cox models on rows with one end (survival::veteran) and on start-stop rows (survival::heart), their
# tests of proportional hazards, concordance, baseline hazards. Made-up columns of veteran: weight,
# and hospital (29 clusters).

source("figures.R")
library(survival)

row <- seq_len(nrow(veteran))
men <- data.frame(
  veteran[c("time", "status", "trt", "karno", "diagtime", "age")],
  prior = as.numeric(veteran$prior == 10),
  celltype = as.character(veteran$celltype),
  squamous = as.numeric(veteran$celltype == "squamous"),
  small = as.numeric(veteran$celltype == "smallcell"),
  adeno = as.numeric(veteran$celltype == "adeno"),
  weight = round(0.4 + ((row * 37) %% 101) / 50, 2),
  hospital = (row * 11) %% 29
)
write_data(men, "cox_veteran_data.csv")
hearts <- transform(heart, transplant = as.numeric(as.character(transplant)))
hearts <- hearts[c("id", "start", "stop", "event", "age", "year", "surgery", "transplant")]
# Exact in 12 digits, and so in the file that is read.
hearts$age <- round(hearts$age, 6)
hearts$year <- round(hearts$year, 6)
write_data(hearts, "cox_heart_data.csv")

tight <- coxph.control(eps = 1e-14, toler.chol = 1e-15, iter.max = 100)

fitted <- function(prefix, fit, zph = TRUE, hazard = numeric()) {
  figures(paste0(prefix, "/coefficient"), coef(fit))
  se <- sqrt(diag(vcov(fit)))
  figures(paste0(prefix, "/se"), se, names(coef(fit)))
  figures(prefix, fit$loglik, c("log_likelihood_null", "log_likelihood"))
  figure(paste0(prefix, "/lr_chi2"), 2 * diff(fit$loglik))
  # Pairs counted by weight would be another figure than ours.
  if (is.null(fit$weights)) figure(paste0(prefix, "/concordance"), fit$concordance["concordance"])
  if (zph) {
    for (transform in c("km", "rank", "identity", "log")) {
      table <- cox.zph(fit, transform, terms = FALSE)$table
      figures(paste(prefix, "zph", transform, "chi2", sep = "/"), table[, "chisq"])
      figures(paste(prefix, "zph", transform, "p", sep = "/"), table[, "p"])
    }
  }
  if (length(hazard)) {
    base <- basehaz(fit, centered = FALSE)
    if (is.null(base$strata)) base$strata <- "all"
    for (stratum in unique(base$strata)) {
      own <- base[base$strata == stratum, ]
      upto <- findInterval(hazard, own$time)
      figures(paste(prefix, "baseline", sub(".*=", "", stratum), sep = "/"),
              c(0, own$hazard)[upto + 1], hazard)
    }
  }
}

days <- c(30, 100, 300)
whole <- Surv(time, status) ~ trt + karno + diagtime + age + prior + squamous + small + adeno
cells <- Surv(time, status) ~ trt + karno + age + strata(celltype)
rows <- Surv(start, stop, event) ~ age + year + surgery + transplant
operated <- Surv(start, stop, event) ~ age + year + transplant + strata(surgery)

for (ties in c("efron", "breslow")) {
  fitted(paste0("veteran/plain/", ties), hazard = days,
         coxph(whole, men, ties = ties, control = tight))
  fitted(paste0("veteran/strata/", ties), hazard = days,
         coxph(cells, men, ties = ties, control = tight))
  fitted(paste0("veteran/weights/", ties), hazard = days,
         coxph(whole, men, weight, robust = FALSE, ties = ties, control = tight))
  fitted(paste0("veteran/robust/", ties), zph = FALSE,
         coxph(whole, men, robust = TRUE, ties = ties, control = tight))
  fitted(paste0("veteran/cluster/", ties), zph = FALSE,
         coxph(whole, men, cluster = hospital, ties = ties, control = tight))
  fitted(paste0("veteran/cluster_strata/", ties), zph = FALSE,
         coxph(cells, men, cluster = hospital, ties = ties, control = tight))
  fitted(paste0("veteran/cluster_weights/", ties), zph = FALSE,
         coxph(whole, men, weight, cluster = hospital, ties = ties, control = tight))
  fitted(paste0("heart/plain/", ties), hazard = days,
         coxph(rows, hearts, ties = ties, control = tight))
  fitted(paste0("heart/strata/", ties), hazard = days,
         coxph(operated, hearts, ties = ties, control = tight))
  fitted(paste0("heart/cluster/", ties), zph = FALSE,
         coxph(rows, hearts, cluster = id, ties = ties, control = tight))
  fitted(paste0("heart/cluster_strata/", ties), zph = FALSE,
         coxph(operated, hearts, cluster = id, ties = ties, control = tight))
}

write_figures("cox.csv")
