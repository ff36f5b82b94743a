# Heart transplants (survival::heart, the rows of cox_heart_data.csv) as one row a patient: ever
# against never, landmarks by hand, the transplant from its day on; Kaplan-Meier by ever and never.

source("figures.R")
library(survival)

rows <- read.csv("cox_heart_data.csv")
hearts <- aggregate(cbind(stop, event) ~ id, rows, max)
first <- rows[!duplicated(rows$id), ]
hearts <- merge(hearts, first[c("id", "age", "year", "surgery")])
treated <- rows[rows$transplant == 1, ]
hearts$waited <- treated$start[match(hearts$id, treated$id)]
hearts$started <- as.numeric(!is.na(hearts$waited))

tight <- coxph.control(eps = 1e-14, toler.chol = 1e-15, iter.max = 100)

fitted <- function(prefix, data, time) {
  for (model in c("crude", "adjusted")) {
    right <- c(if (model == "adjusted") c("age", "year", "surgery"), "started")
    fit <- coxph(reformulate(right, time), data, control = tight)
    figure(paste(prefix, "HR", model, "beta", sep = "/"), coef(fit)["started"])
    figure(paste(prefix, "HR", model, "se", sep = "/"), sqrt(vcov(fit)["started", "started"]))
  }
}

fitted("ever_use/ever treated", hearts, quote(Surv(stop, event)))
for (day in c(30, 60, 90)) {
  own <- hearts[hearts$stop > day, ]
  own$started <- as.numeric(!is.na(own$waited) & own$waited <= day)
  own$left <- own$stop - day
  fitted(paste0("landmark/day ", day), own, quote(Surv(left, event)))
}
rows$started <- rows$transplant
fitted("time_varying/treated so far", rows, quote(Surv(start, stop, event)))
curves <- survfit(Surv(stop, event) ~ started, hearts)
for (day in c(90, 360)) {
  at <- summary(curves, times = day, extend = TRUE)
  means <- summary(curves, rmean = day)$table[, c("rmean", "se(rmean)")]
  place <- paste0("ever_use/day ", day)
  figure(paste0(place, "/RD/crude/beta"), at$surv[1] - at$surv[2])
  figure(paste0(place, "/RD/crude/se"), sqrt(sum(at$std.err^2)))
  figure(paste0(place, "/RMST/crude/beta"), means[2, 1] - means[1, 1])
  figure(paste0(place, "/RMST/crude/se"), sqrt(sum(means[, 2]^2)))
}
write_figures("immortal.csv")
