# Additive interaction (epiR): alcohol of 80 g/day or more and tobacco of 20 g/day or more in cancer of
# the oesophagus (datasets::esoph), alone and with age.

source("figures.R")
suppressPackageStartupMessages(library(epiR))

data <- with(esoph, data.frame(
  age = as.character(agegp),
  alcohol = as.numeric(as.integer(alcgp) >= 3),
  tobacco = as.numeric(as.integer(tobgp) >= 3),
  cases = ncases,
  controls = ncontrols
))
data <- aggregate(cbind(cases, controls) ~ age + alcohol + tobacco, data, sum)
write_data(data, "interaction_data.csv")
data <- transform(data, only_alcohol = alcohol * (1 - tobacco), only_tobacco = tobacco * (1 - alcohol),
                  both = alcohol * tobacco)

cells <- c("only_alcohol", "only_tobacco", "both")
for (adjusted in c(FALSE, TRUE)) {
  model <- cbind(cases, controls) ~ only_alcohol + only_tobacco + both
  product <- cbind(cases, controls) ~ alcohol + tobacco + alcohol:tobacco
  if (adjusted) {
    model <- update(model, . ~ . + age)
    product <- cbind(cases, controls) ~ alcohol + tobacco + age + alcohol:tobacco
  }
  prefix <- if (adjusted) "adjusted" else "alone"
  fit <- settled(glm(model, binomial, data, control = tight))
  figures(paste0(prefix, "/coefficient"), coef(fit)[cells])
  triangle(paste0(prefix, "/covariance"), vcov(fit)[cells, cells])
  found <- epi.interaction(fit, coef = 2:4, param = "dummy")
  crossed <- settled(glm(product, binomial, data, control = tight))
  places <- match(c("alcohol", "tobacco", "alcohol:tobacco"), names(coef(crossed)))
  again <- epi.interaction(crossed, coef = places, param = "product")
  stopifnot(all.equal(unlist(found[1:3]), unlist(again[1:3]), tolerance = 1e-8))
  for (measure in c("RERI", "AP", "S")) {
    own <- found[[c(RERI = "reri", AP = "apab", S = "s")[[measure]]]]
    figures(paste(prefix, measure, sep = "/"), unlist(own), c("estimate", "ci_low", "ci_high"))
  }
}

write_figures("interaction.csv")
