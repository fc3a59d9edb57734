//! All orders of what two replicas, users and AWS can do, for small scopes.
