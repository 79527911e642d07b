//! How much of real traffic the sidecar finds, and how much of it is right.
//! In: the captures in the repository, and the corpus beside the checkout where it is there. Out: faults against lists that may only
//! shrink, figures against floors that may only rise. The program under test is the binary as it is run by a user.

mod captures;
mod compare;
mod floors;
mod golden;
mod scored;
