//! Kubeconfig files that contain all they need, so that they can be copied.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::certificates::Credential;

/// How a client shows who it is.
pub(crate) enum Identity<'a> {
    Certificate(&'a Credential),
    Token(&'a str),
}

/// A kubeconfig for the server, which `authority` (PEM) has signed a certificate for.
///
/// All values are base64, a URL or a JWT, so none needs quoting.
pub(crate) fn render(server: &str, authority: &str, identity: &Identity<'_>) -> String {
    let user = match identity {
        Identity::Certificate(credential) => format!(
            "client-certificate-data: {}\n    client-key-data: {}",
            STANDARD.encode(&credential.certificate),
            STANDARD.encode(&credential.key)
        ),
        Identity::Token(token) => format!("token: {token}"),
    };
    format!(
        "\
apiVersion: v1
kind: Config
current-context: devcluster
clusters:
- name: devcluster
  cluster:
    server: {server}
    certificate-authority-data: {}
users:
- name: devcluster
  user:
    {user}
contexts:
- name: devcluster
  context:
    cluster: devcluster
    user: devcluster
",
        STANDARD.encode(authority)
    )
}
