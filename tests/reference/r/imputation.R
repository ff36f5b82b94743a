# Pooling over completed data sets (mice): datasets::airquality in four made-up completions, each
# missing value the mean of the others plus a number that goes round.

source("figures.R")
suppressPackageStartupMessages(library(mice))

complete <- function(turn) {
  data <- with(airquality, data.frame(
    set = turn, row = seq_along(Temp), hot = as.numeric(Temp > 79),
    ozone = Ozone, solar = Solar.R, wind = Wind
  ))
  for (name in c("ozone", "solar")) {
    lost <- which(is.na(data[[name]]))
    spread <- round(sd(data[[name]], na.rm = TRUE))
    shift <- ((lost * 37 + turn * 53) %% 101) / 50 - 1
    data[[name]][lost] <- round(mean(data[[name]], na.rm = TRUE) + shift * spread)
  }
  data
}
sets <- lapply(1:4, complete)
# Every second day.
sets <- lapply(sets, function(set) set[set$row %% 2 == 1, ])
write_data(do.call(rbind, sets), "imputation_data.csv")

fits <- function(m, model) {
  as.mira(lapply(sets[1:m], function(set) {
    fit <- glm(model, binomial, set, control = tight)
    glm(model, binomial, set, control = tight, start = coef(fit))
  }))
}
whole <- hot ~ ozone + solar + wind
terms <- c("intercept", "ozone", "solar", "wind")
for (m in 3:4) {
  for (df in c("complete", "infinite")) {
    dfcom <- if (df == "complete") nrow(sets[[1]]) - length(terms) else Inf
    pooled <- pool(fits(m, whole), dfcom = dfcom)
    found <- summary(pooled, conf.int = TRUE)
    prefix <- paste(m, df, sep = "/")
    figures(paste0(prefix, "/estimate"), found$estimate, terms)
    figures(paste0(prefix, "/se"), found$std.error, terms)
    figures(paste0(prefix, "/ci_low"), found[["2.5 %"]], terms)
    figures(paste0(prefix, "/ci_high"), found[["97.5 %"]], terms)
    figures(paste0(prefix, "/p_value"), found$p.value, terms)
    parts <- c(df = "df", within = "ubar", between = "b", total = "t", relative_increase = "riv",
               share_missing = "lambda", fraction_missing = "fmi")
    for (part in names(parts)) {
      figures(paste(prefix, part, sep = "/"), pooled$pooled[[parts[[part]]]], terms)
    }
  }
}

# Tests of two terms at once: D1 as mice::D1 has it of mitml, whose correction for complete degrees
# of freedom is not defined for k (m - 1) up to 4; D3 of mice.
without <- hot ~ wind
for (m in 3:4) {
  one <- fits(m, whole)
  none <- fits(m, without)
  for (df in c("complete", "infinite")) {
    dfcom <- if (df == "complete") nrow(sets[[1]]) - length(terms) else NULL
    if (df == "complete" && 2 * (m - 1) <= 4) next
    found <- mitml::testModels(
      getfit(one), getfit(none), method = "D1", df.com = dfcom
    )$test
    figures(paste(m, df, "D1", sep = "/"), found[1:4], c("f", "df1", "df2", "p_value"))
  }
  # mice's D3 frees the intercept again where it should hold every coefficient at its pooled value
  # (fix.coef), so the likelihoods are taken here.
  at <- function(fit, beta) {
    sum(dbinom(fit$y, 1, plogis(drop(model.matrix(fit) %*% beta)), log = TRUE))
  }
  mean_at <- function(fits, beta) mean(mapply(at, getfit(fits), beta))
  pooled <- function(fits) rep(list(Reduce(`+`, lapply(getfit(fits), coef)) / m), m)
  own <- function(fits) lapply(getfit(fits), coef)
  dev_m <- 2 * (mean_at(one, own(one)) - mean_at(none, own(none)))
  dev_l <- 2 * (mean_at(one, pooled(one)) - mean_at(none, pooled(none)))
  k <- 2
  v <- k * (m - 1)
  increase <- (m + 1) / v * (dev_m - dev_l)
  f <- dev_l / (k * (1 + increase))
  df2 <- if (v > 4) {
    4 + (v - 4) * (1 + (1 - 2 / v) / increase)^2
  } else {
    v * (1 + 1 / k) * (1 + 1 / increase)^2 / 2
  }
  found <- c(f, k, df2, pf(f, k, df2, lower.tail = FALSE))
  figures(paste(m, "D3", sep = "/"), found[1:4], c("f", "df1", "df2", "p_value"))
}

write_figures("imputation.csv")
