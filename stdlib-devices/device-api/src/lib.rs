//! The module types of unikc as small no_std async traits: what an application imports
