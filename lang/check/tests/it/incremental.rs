//! Which queries run again after an edit.
