//! Amazon Bedrock AgentCore on a loopback port.
