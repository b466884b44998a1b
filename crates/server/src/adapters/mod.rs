//! Doors to the outside world, one thing each: receivers, files, child processes, the clock.
