# Firth's penalised logistic regression on data in which one odds ratio has no finite maximum:
# endometrial cancer, 79 women, none with neovasculation has a low histology grade (brglm2). logistf
# is not among Debian's packages; its own figures stand in ../firth-sex2. Here coefficients are
# those of brglm2; limits and P are by roots of the penalised likelihood, maximised by optim() over
# the other coefficients; errors are those of glm() on the data as the penalty augments them
# (logistf >= 1.24).

source("figures.R")
suppressPackageStartupMessages(library(brglm2))

data("endometrial")
write_data(endometrial, "firth_data.csv")
design <- model.matrix(HG ~ NV + PI + EH, endometrial)
colnames(design)[1] <- "intercept"
outcome <- endometrial$HG

fit <- glm(HG ~ NV + PI + EH, binomial, endometrial, method = "brglmFit", type = "AS_mean",
           control = list(epsilon = 1e-13, maxit = 1000))
beta <- setNames(coef(fit), colnames(design))
figures("coefficient", beta)

likelihood <- function(beta) {
  linear <- drop(design %*% beta)
  risk <- plogis(linear)
  information <- crossprod(design * sqrt(risk * (1 - risk)))
  sum(outcome * plogis(linear, log.p = TRUE) + (1 - outcome) * plogis(-linear, log.p = TRUE)) +
    as.numeric(determinant(information)$modulus) / 2
}
# Scaled, so that one step of optim() is as long in each coefficient.
scale <- 1 / apply(abs(design), 2, max)
maximum <- function(fixed, value) {
  free <- setdiff(seq_along(beta), fixed)
  whole <- function(own) {
    all <- beta
    all[fixed] <- value
    all[free] <- own
    likelihood(all)
  }
  if (length(free) == 1) {
    return(optimize(whole, c(-10, 10), maximum = TRUE, tol = 1e-10)$objective)
  }
  own <- beta[free]
  for (method in c("BFGS", "Nelder-Mead", "BFGS", "Nelder-Mead", "BFGS")) {
    found <- optim(own, whole, method = method,
                   control = list(fnscale = -1, reltol = 1e-16, maxit = 5000,
                                  parscale = scale[free]))
    own <- found$par
  }
  found$value
}
largest <- likelihood(beta)
root <- function(column, direction) {
  se <- sqrt(vcov(fit)[column, column])
  gap <- function(value) 2 * (largest - maximum(column, value)) - qchisq(0.95, 1)
  uniroot(gap, beta[column] + direction * se * c(0.5, 6), tol = 1e-11)$root
}
columns <- seq_along(beta)
figures("profile/low", sapply(columns, root, direction = -1), names(beta))
figures("profile/high", sapply(columns, root, direction = 1), names(beta))
chi2 <- sapply(columns, function(column) 2 * (largest - maximum(column, 0)))
figures("profile/p", pchisq(chi2, 1, lower.tail = FALSE), names(beta))
figure("chi2", 2 * (largest - maximum(2:4, rep(0, 3))))

risk <- plogis(drop(design %*% beta))
leverage <- hatvalues(glm(risk ~ design - 1, quasibinomial, start = beta))
twice <- rbind(design, design)
augmented <- glm(c(outcome, 1 - outcome) ~ twice - 1, binomial, start = beta,
                 weights = c(1 + leverage / 2, leverage / 2), control = tight)
stopifnot(all.equal(unname(coef(augmented)), unname(beta), tolerance = 1e-7))
figures("se", sqrt(diag(vcov(augmented))), names(beta))

write_figures("firth.csv")
