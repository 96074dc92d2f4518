// The program inside the containers of the bench: takes its environment from the standard input as the runtime does, and waits.
process.stdin.resume();
setInterval(() => undefined, 60_000);
