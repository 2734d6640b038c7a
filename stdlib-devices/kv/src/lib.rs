//! Key-value stores: crunched into the image, a folder of the host, in memory
