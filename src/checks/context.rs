//! What a check may look at.

use std::marker::PhantomData;

/// Everything that the stages before have worked out.
#[derive(Debug, Default)]
pub struct Context<'a> {
    marker: PhantomData<&'a ()>,
}
