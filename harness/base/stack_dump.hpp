// What a process that does not answer any more is doing.
#pragma once

namespace pgdrill {

/// From now on the process writes the calls that its main thread is in to stderr when it gets SIGQUIT (as a
/// JVM or a Go program does), and goes on. Addresses are relative to the program: addr2line names them.
void dump_stack_on_quit();

}  // namespace pgdrill
