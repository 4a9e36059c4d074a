# Workload W in simmer: a trajectory with renege_in while waiting, and a rollback to the search.
#
# Arguments: a file with the task and its people, and a file for the spells (see exchange.py).
# Prints the processor time of the simulation in seconds and the peak of its memory in bytes.
if (!requireNamespace("simmer", quietly = TRUE)) {
  message("R has no package simmer: install.packages(\"simmer\")")
  quit(status = 1)
}
suppressPackageStartupMessages(library(simmer))

files <- commandArgs(trailingOnly = TRUE)
task <- file(files[1], "rb")
number <- function(count) readBin(task, "double", count)
people <- number(1)
caseworkers <- number(1)
horizon <- number(1)
boost <- number(1)
tau <- number(1)
meeting_days <- number(1)
later_gap <- number(1)
gaps <- number(2)
first <- number(2)
from_day <- number(4)
rates <- number(4)
entry <- number(people)
frailty <- number(people)
remaining <- number(people)
regime <- readBin(task, "integer", people, size = 1) + 1L
close(task)

until_day <- c(from_day[-1], Inf)
spell_day <- numeric(people)
stock <- numeric(people)
held <- numeric(people)
waited <- numeric(people)
asked <- numeric(people)
leave_at <- numeric(people)
broken <- logical(people)

grown <- function(rate, s, days) rate * (days + boost * s * tau * (1 - exp(-days / tau)))

exit_at <- function(p) {
  s <- stock[p]
  day <- spell_day[p]
  left <- remaining[p]
  for (i in seq_along(rates)) {
    if (until_day[i] <= day) next
    rate <- frailty[p] * rates[i]
    gain <- if (is.finite(until_day[i])) grown(rate, s, until_day[i] - day) else Inf
    if (gain >= left) break
    left <- left - gain
    s <- s * exp((day - until_day[i]) / tau)
    day <- until_day[i]
  }
  days <- 0
  repeat {
    slope <- rate * (1 + boost * s * exp(-days / tau))
    step <- (left - grown(rate, s, days)) / slope
    days <- days + step
    if (step <= 1e-10) break
  }
  min(entry[p] + day + days, horizon)
}

spent <- function(p, until) {
  s <- stock[p]
  day <- spell_day[p]
  total <- 0
  for (i in seq_along(rates)) {
    if (until_day[i] <= day) next
    if (from_day[i] >= until) break
    stop_day <- min(until_day[i], until)
    total <- total + grown(frailty[p] * rates[i], s, stop_day - day)
    s <- s * exp((day - stop_day) / tau)
    day <- stop_day
  }
  total
}

due <- function(p) {
  k <- held[p] + 1
  r <- regime[p]
  if (k <= first[r]) k * gaps[r] else first[r] * gaps[r] + (k - first[r]) * later_gap
}

env <- simmer("jobcentre")
came <- 0
person <- function() get_attribute(env, "person")

enters <- function() {
  came <<- came + 1
  leave_at[came] <<- exit_at(came)
  came
}

days_of_search <- function() {
  p <- person()
  asked[p] <<- max(entry[p] + due(p), now(env))
  max(0, min(asked[p], leave_at[p]) - now(env))
}

left_before_due <- function() {
  p <- person()
  as.numeric(asked[p] >= leave_at[p])
}

days_of_patience <- function() max(0, leave_at[person()] - now(env))

waits_end <- function() {
  p <- person()
  waited[p] <<- waited[p] + now(env) - asked[p]
  0
}

days_of_meeting <- function() {
  waits_end()
  p <- person()
  broken[p] <<- now(env) + meeting_days >= leave_at[p]
  if (broken[p]) max(0, leave_at[p] - now(env)) else meeting_days
}

left_in_meeting <- function() as.numeric(broken[person()])

meets <- function() {
  p <- person()
  day <- now(env) - entry[p]
  remaining[p] <<- remaining[p] - spent(p, day)
  stock[p] <<- stock[p] * exp((spell_day[p] - day) / tau) + 1
  spell_day[p] <<- day
  held[p] <<- held[p] + 1
  leave_at[p] <<- exit_at(p)
  0
}

job_seeker <- trajectory("job seeker") |>
  set_attribute("person", enters) |>
  timeout(days_of_search, tag = "search") |>
  leave(left_before_due) |>
  renege_in(days_of_patience, out = trajectory("left the queue") |> timeout(waits_end)) |>
  seize("caseworker") |>
  renege_abort() |>
  timeout(days_of_meeting) |>
  release("caseworker") |>
  leave(left_in_meeting) |>
  timeout(meets) |>
  rollback("search")

env |>
  add_resource("caseworker", capacity = caseworkers) |>
  add_generator("seeker", job_seeker, at(entry)) |>
  invisible()
begun <- proc.time()
suppressWarnings(run(env)) |> invisible()
seconds <- sum((proc.time() - begun)[c("user.self", "sys.self")])

peak <- 0
if (file.exists("/proc/self/status")) {
  line <- grep("^VmHWM:", readLines("/proc/self/status"), value = TRUE)
  peak <- as.numeric(gsub("[^0-9]", "", line)) * 1024
}
spells <- file(files[2], "wb")
writeBin(c(leave_at - entry, held, waited), spells)
close(spells)
cat(seconds, format(peak, scientific = FALSE), "\n")
