//! The unix target: epoll, sockets, files, signals
