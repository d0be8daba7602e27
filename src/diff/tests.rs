//! Near misses of the comparison: what is no change must stay none.
