//! The pure part of Ruby that Puppet repositories use, without Ruby.
//!
//! Templates are Ruby programs. Most of them only read variables, loop over lists and join strings;
//! that part is evaluated here over [`crate::value::Value`], with bounds on steps, depth and size.
//! Whatever reaches beyond it (files, name look-ups, gems, methods not modelled) becomes an unknown
//! value with its reason for that piece of the text, never for the whole template. Nothing is ever
//! handed to a real Ruby.
//!
//! `erb` turns a template into a program, `lower` turns the parser's tree into ours (`ast`), `interp`
//! runs it and `methods` holds what strings, arrays, hashes and numbers can do.

mod ast;
pub mod erb;
pub mod function;
mod interp;
mod lower;
mod methods;
pub mod native;
mod syntax;
mod title;
mod type_file;
mod values;

pub(crate) use interp::address;
pub(crate) use methods::number::lenient_int;
pub use syntax::{RubyError, syntax_errors};
