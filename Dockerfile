# syntax=docker/dockerfile:1

# The operator's image:
#
#   docker build --build-arg AGENTCORE_OPERATOR_COMMIT=$(git rev-parse --short=12 HEAD) -t agentcore-operator .

# The version of rust-toolchain.toml. The image has the C compiler and the make that aws-lc and jemalloc need.
FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
# There is no .git in here to ask; `agentcore-operator --version` tells it.
ARG AGENTCORE_OPERATOR_COMMIT=unknown
# A cache of its own for each architecture. The times: Cargo tells by them what changed since the build in the cache.
ARG TARGETARCH
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/target \
    find build.rs src crates -type f -exec touch {} + \
    && CARGO_TARGET_DIR="/target/${TARGETARCH}" AGENTCORE_OPERATOR_COMMIT="${AGENTCORE_OPERATOR_COMMIT}" \
        cargo build --locked --release --package agentcore-operator --bin agentcore-operator \
    && cp "/target/${TARGETARCH}/release/agentcore-operator" /agentcore-operator

# libc, libgcc and CA certificates, of the Debian release that it was built on. No shell.
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /agentcore-operator /usr/local/bin/agentcore-operator
# The number, not the name: only then can the kubelet tell that it is not root.
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/agentcore-operator"]
CMD ["run"]
