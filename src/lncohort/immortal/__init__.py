"""What immortal time does to an estimate: looking ahead beside what respects time, in one table."""
