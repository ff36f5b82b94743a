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

write_figures("imputation.csv")
