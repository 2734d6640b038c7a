//! Tests generic over the module types: every device of a module type passes the same ones
