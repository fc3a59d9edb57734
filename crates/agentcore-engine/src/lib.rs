//! The pass of agentcore-operator.
