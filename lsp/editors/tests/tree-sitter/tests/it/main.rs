//! The grammar and its queries, held to the language and to what editors expect.

mod agreement;
mod corpus;
mod damage;
mod generated;
mod parsing;
mod queries;
mod recovery;
