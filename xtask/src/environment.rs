//! The environment of the operator: what of the user's reaches it, and what is set for it.

use std::{collections::BTreeMap, ffi::OsString};

/// The region of the quickstart in the simulator.
const REGION: &str = "us-west-2";

/// What replaces the user's AWS configuration when AWS is simulated, but for the endpoint.
///
/// The key is the one of AWS's documentation; the simulator takes it for the account 123456789012. The files are empty.
const SIMULATED: [(&str, &str); 6] = [
    ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
    ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
    ("AWS_REGION", REGION),
    ("AWS_EC2_METADATA_DISABLED", "true"),
    ("AWS_CONFIG_FILE", "/dev/null"),
    ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
];

/// The variables of the operator's process.
#[derive(Debug)]
pub(crate) struct Environment(BTreeMap<OsString, OsString>);

impl Environment {
    /// The user's, without what would configure the operator itself.
    pub(crate) fn of_user(variables: impl Iterator<Item = (OsString, OsString)>, kubeconfig: OsString) -> Self {
        let mut environment = Self(variables.collect());
        environment.remove(|name| name.starts_with("AGENTCORE_"));
        environment.0.insert("KUBECONFIG".into(), kubeconfig);
        environment
    }

    /// Replaces all that says how to reach AWS: the simulator is what is reached, and nothing else can be.
    pub(crate) fn simulated(mut self, endpoint: &str) -> Self {
        self.remove(|name| name.starts_with("AWS_"));
        for (name, value) in SIMULATED.into_iter().chain([("AWS_ENDPOINT_URL", endpoint)]) {
            self.0.insert(name.into(), value.into());
        }
        self
    }

    /// Leaves AWS as the user has configured it, in a region that is known already.
    pub(crate) fn real(mut self, region: &str) -> Self {
        self.0.insert("AWS_REGION".into(), region.into());
        self
    }

    /// Forgets proxies: a development cluster is on this machine.
    pub(crate) fn without_proxies(mut self) -> Self {
        self.remove(|name| name.to_uppercase().ends_with("_PROXY"));
        self
    }

    fn remove(&mut self, which: impl Fn(&str) -> bool) {
        self.0.retain(|name, _| !name.to_str().is_some_and(&which));
    }
}

impl IntoIterator for Environment {
    type Item = (OsString, OsString);
    type IntoIter = std::collections::btree_map::IntoIter<OsString, OsString>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, ffi::OsString};

    use super::Environment;

    fn users() -> Environment {
        let variables = [
            ("PATH", "/bin"),
            ("AWS_PROFILE", "production"),
            ("AWS_SESSION_TOKEN", "t"),
            ("AWS_ENDPOINT_URL_STS", "https://sts.example.com"),
            ("AGENTCORE_CLUSTER_ID", "production"),
            ("https_proxy", "http://proxy"),
            ("KUBECONFIG", "/home/config"),
        ];
        let variables = variables.map(|(name, value)| (OsString::from(name), OsString::from(value)));
        Environment::of_user(variables.into_iter(), "/demo".into())
    }

    fn text(environment: Environment) -> BTreeMap<String, String> {
        environment
            .into_iter()
            .map(|(name, value)| (name.into_string().unwrap(), value.into_string().unwrap()))
            .collect()
    }

    #[test]
    fn nothing_of_the_users_aws_reaches_a_simulated_demo() {
        let mut simulated = text(users().simulated("http://127.0.0.1:1").without_proxies());
        assert_eq!(simulated.remove("PATH").unwrap(), "/bin");
        assert_eq!(simulated.remove("KUBECONFIG").unwrap(), "/demo");
        assert_eq!(simulated.remove("AWS_ENDPOINT_URL").unwrap(), "http://127.0.0.1:1");
        let left: Vec<_> = simulated.keys().map(String::as_str).collect();
        assert_eq!(
            left,
            [
                "AWS_ACCESS_KEY_ID",
                "AWS_CONFIG_FILE",
                "AWS_EC2_METADATA_DISABLED",
                "AWS_REGION",
                "AWS_SECRET_ACCESS_KEY",
                "AWS_SHARED_CREDENTIALS_FILE"
            ]
        );
    }

    #[test]
    fn real_aws_is_the_users_own() {
        let real = text(users().real("eu-west-1"));
        assert_eq!(real["AWS_PROFILE"], "production");
        assert_eq!(real["AWS_REGION"], "eu-west-1");
        assert_eq!(real["https_proxy"], "http://proxy");
        assert!(!real.contains_key("AGENTCORE_CLUSTER_ID"));
    }
}
