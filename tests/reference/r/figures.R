# What the scripts share: figures are collected by id and written with 12 significant digits.

collected <- list()

figure <- function(id, value) {
  stopifnot(length(id) == length(value), !any(id %in% names(collected)))
  collected[id] <<- as.list(as.numeric(value))
}

# One figure for each name of a vector: "prefix/name".
figures <- function(prefix, values, names = base::names(values)) {
  figure(paste(prefix, names, sep = "/"), values)
}

# One figure for each pair of names of the upper triangle: "prefix/row/column".
triangle <- function(prefix, values) {
  kept <- upper.tri(values, diag = TRUE)
  names <- outer(rownames(values), colnames(values), paste, sep = "/")
  figure(paste(prefix, names[kept], sep = "/"), values[kept])
}

write_figures <- function(file) {
  values <- vapply(collected, function(v) sprintf("%.12g", v), "")
  rows <- data.frame(id = names(collected), value = values)
  write.csv(rows, file, row.names = FALSE, quote = FALSE)
}

write_data <- function(data, file) {
  write.csv(data, file, row.names = FALSE, quote = FALSE, na = "")
}
