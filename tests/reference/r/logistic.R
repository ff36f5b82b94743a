# Logistic regression: coefficients, errors of every kind, profile limits, weights, an offset, and
# restricted cubic splines. Data: low birth weight (MASS::birthwt) with made-up columns: ward (23
# clusters of one or two strata), times (a frequency weight) and shift (an offset).

source("figures.R")
suppressPackageStartupMessages({
  library(MASS)
  library(sandwich)
  library(rms)
})

data <- birthwt
row <- seq_len(nrow(data))
data$race2 <- as.numeric(data$race == 2)
data$race3 <- as.numeric(data$race == 3)
data$smoke_race <- paste0("s", data$smoke, "r", data$race)
data$ward <- (row * 7) %% 23
data$times <- 1 + row %% 3
data$weight <- round(0.4 + ((row * 37) %% 101) / 50, 2)
data$shift <- 0.01 * (data$lwt - 130)
write_data(data, "logistic_data.csv")

# Iterated until nothing moves; the default stops at a relative change of 1e-8 of the deviance.
tight <- glm.control(epsilon = 1e-14, maxit = 100)
model <- low ~ age + lwt + race2 + race3 + smoke + ht + ui
named <- function(fit) {
  names(fit$coefficients)[1] <- "intercept"
  fit
}
errors <- function(prefix, matrix) {
  values <- sqrt(diag(matrix))
  names(values)[1] <- "intercept"
  figures(prefix, values)
}

fit <- glm(model, binomial, data, control = tight)
figures("plain/coefficient", coef(named(fit)))
errors("plain/se", vcov(fit))
figure("plain/log_likelihood", logLik(fit))
figure("plain/null_log_likelihood", -fit$null.deviance / 2)
likelihood_ratio <- anova(glm(low ~ age + lwt + smoke, binomial, data, control = tight), fit,
                          test = "LRT")
figure("plain/race_ht_ui/chi2", likelihood_ratio$Deviance[2])
figure("plain/race_ht_ui/p", likelihood_ratio[["Pr(>Chi)"]][2])
for (type in c("HC0", "HC1", "HC2", "HC3")) {
  errors(paste0("plain/", type), vcovHC(fit, type = type))
}
for (cluster in c("smoke_race", "ward")) {
  for (adjusted in c(TRUE, FALSE)) {
    kind <- if (adjusted) "cadjust" else "no_cadjust"
    matrix <- vcovCL(fit, cluster = data[[cluster]], type = "HC0", cadjust = adjusted)
    errors(paste("plain/cluster", cluster, kind, sep = "/"), matrix)
  }
  errors(paste("plain/cluster", cluster, "HC1", sep = "/"),
         vcovCL(fit, cluster = data[[cluster]], type = "HC1"))
}

# Profile limits: as confint() gives them, by interpolation of the profile (about 4 digits), and
# by the root of the profile itself.
limits <- suppressMessages(confint(fit))
rownames(limits)[1] <- "intercept"
figures("plain/confint/low", limits[, 1])
figures("plain/confint/high", limits[, 2])
design <- model.matrix(fit)
root <- function(column, direction) {
  estimate <- coef(fit)[column]
  se <- sqrt(vcov(fit)[column, column])
  gap <- function(value) {
    others <- glm.fit(design[, -column], data$low, family = binomial(),
                      offset = design[, column] * value, control = tight)
    others$deviance - deviance(fit) - qchisq(0.95, 1)
  }
  uniroot(gap, estimate + direction * se * c(0.5, 4), tol = 1e-13)$root
}
columns <- seq_along(coef(fit))
figures("plain/profile/low", sapply(columns, root, direction = -1), names(coef(named(fit))))
figures("plain/profile/high", sapply(columns, root, direction = 1), names(coef(named(fit))))

# Prior weights: numbers of patients, and weights that are not numbers (their errors are HC0).
for (kind in c("times", "weight")) {
  data$w <- data[[kind]]
  weighted <- suppressWarnings(glm(model, binomial, data, weights = w, control = tight))
  figures(paste0(kind, "/coefficient"), coef(named(weighted)))
  errors(paste0(kind, "/se"), vcov(weighted))
  for (type in c("HC0", "HC1", "HC2", "HC3")) {
    errors(paste(kind, type, sep = "/"), vcovHC(weighted, type = type))
  }
  errors(paste0(kind, "/cluster/ward/cadjust"),
         vcovCL(weighted, cluster = data$ward, type = "HC0", cadjust = TRUE))
  # Half the deviance, not logLik(), which rounds weights to whole numbers of trials.
  figure(paste0(kind, "/log_likelihood"), -deviance(weighted) / 2)
}

shifted <- glm(update(model, . ~ . - lwt), binomial, data, offset = shift, control = tight)
figures("offset/coefficient", coef(named(shifted)))
errors("offset/se", vcov(shifted))
errors("offset/HC0", vcovHC(shifted, type = "HC0"))
figure("offset/log_likelihood", logLik(shifted))

# Restricted cubic splines of age and of weight, 4 knots each.
knots <- function(x) quantile(x, c(0.05, 0.35, 0.65, 0.95), names = FALSE)
for (name in c("age", "lwt")) {
  own <- knots(data[[name]])
  figures(paste0("spline/knot/", name), own, 1:4)
  for (value in c(min(data[[name]]), own, mean(own[2:3]), max(data[[name]]))) {
    basis <- rcspline.eval(value, knots = own, inclx = TRUE, norm = 2)
    id <- paste0("spline/basis/", name, "/", format(value, digits = 12))
    if (!paste0(id, "/1") %in% names(collected)) figures(id, drop(basis), 1:3)
  }
}
basis <- function(name) rcspline.eval(data[[name]], knots = knots(data[[name]]), inclx = TRUE)
age <- basis("age")
lwt <- basis("lwt")
colnames(age) <- paste0("age", 1:3)
colnames(lwt) <- paste0("lwt", 1:3)
spline_data <- data.frame(low = data$low, age, lwt, smoke = data$smoke)
spline <- glm(low ~ ., binomial, spline_data, control = tight)
figures("spline/coefficient", coef(named(spline)))
errors("spline/se", vcov(spline))
figure("spline/log_likelihood", logLik(spline))

# The tests and the curves by rms, with the same convergence.
bounds <- datadist(data)
options(datadist = "bounds")
harrell <- lrm(low ~ rcs(age, knots(data$age)) + rcs(lwt, knots(data$lwt)) + smoke, data,
               eps = 1e-13, maxit = 100, tol = 1e-14)
stopifnot(all.equal(unname(coef(harrell)), unname(coef(spline)), tolerance = 1e-9))
tests <- anova(harrell)
figures("spline/test/age", tests["age", 1:3], c("chi2", "df", "p"))
figures("spline/test/age_non_linear", tests[2, 1:3], c("chi2", "df", "p"))
figures("spline/test/lwt", tests["lwt", 1:3], c("chi2", "df", "p"))
figures("spline/test/lwt_non_linear", tests[4, 1:3], c("chi2", "df", "p"))
stopifnot(rownames(tests)[c(2, 4)] == c(" Nonlinear", " Nonlinear"))
for (value in c(85, 100, 120, 150, 180, 220)) {
  against <- contrast(harrell, list(lwt = value), list(lwt = 130))
  figures(paste0("spline/curve/lwt/", value), c(against$Contrast, against$SE), c("log_or", "se"))
}
for (value in c(15, 18, 22, 30, 36, 42)) {
  against <- contrast(harrell, list(age = value), list(age = 25))
  figures(paste0("spline/curve/age/", value), c(against$Contrast, against$SE), c("log_or", "se"))
}
triangle("spline/covariance", {
  matrix <- vcov(spline)
  rownames(matrix)[1] <- colnames(matrix)[1] <- "intercept"
  matrix
})

write_figures("logistic.csv")
