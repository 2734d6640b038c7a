//! The running program: tasks in the background, and being asked to stop. `std/program.Program`.

use core::future::Future;

/// The running program, as a device that works in the background sees it.
pub trait Program: Clone + 'static {
    /// Being asked to stop. While one of these exists, the program counts on its owner to finish; a program in which none exists
    /// ends at once when it is asked to stop.
    type Stopping: Future<Output = ()> + 'static;

    /// Runs a task beside the jobs. It may go on when the jobs have ended, to bring to an end what they have begun (a
    /// connection that is closing): the program waits for its tasks, for five seconds at most.
    fn spawn(&self, task: impl Future<Output = ()> + 'static);

    /// Ready once the program has been asked to stop; at once if it has been.
    fn stopping(&self) -> Self::Stopping;

    /// Whether the program has been asked to stop.
    fn is_stopping(&self) -> bool;
}
