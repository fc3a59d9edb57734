//! The throw-away certificate authority of a cluster, and the keys of its service accounts.

use std::fs;
use std::path::Path;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose,
};

use crate::error::Error;

/// The certificate authority. Its private key is never written to a file.
pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

/// A certificate and its private key, both in PEM.
pub(crate) struct Credential {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

impl Authority {
    pub(crate) fn new() -> Result<Self, Error> {
        let name = "devcluster";
        let mut params = CertificateParams::default();
        params.distinguished_name = subject(name, &[])?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
        let issuer =
            KeyPair::generate().and_then(|key| CertifiedIssuer::self_signed(params, key)).map_err(error(name))?;
        Ok(Self { issuer })
    }

    /// The authority's certificate, in PEM.
    pub(crate) fn certificate(&self) -> String {
        self.issuer.pem()
    }

    /// The API server's serving certificate, for the names under which clients on
    /// this machine and, by convention, in a cluster call it.
    pub(crate) fn serving(&self) -> Result<Credential, Error> {
        let name = "kube-apiserver";
        let hosts = ["127.0.0.1", "localhost", "10.0.0.1", "kubernetes", "kubernetes.default.svc"];
        let mut params = CertificateParams::new(hosts.map(String::from)).map_err(error(name))?;
        params.distinguished_name = subject(name, &[])?;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        self.sign(name, params)
    }

    /// A client certificate: Kubernetes takes the user's name from the common name
    /// and the groups from the organizations.
    pub(crate) fn client(&self, user: &str, groups: &[&str]) -> Result<Credential, Error> {
        let mut params = CertificateParams::default();
        params.distinguished_name = subject(user, groups)?;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        self.sign(user, params)
    }

    fn sign(&self, name: &str, mut params: CertificateParams) -> Result<Credential, Error> {
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate().map_err(error(name))?;
        let certificate = params.signed_by(&key, &self.issuer).map_err(error(name))?;
        Ok(Credential { certificate: certificate.pem(), key: key.serialize_pem() })
    }
}

/// Writes the key pair that service account tokens are signed and checked with.
pub(crate) fn write_service_account_keys(private: &Path, public: &Path) -> Result<(), Error> {
    let pair = KeyPair::generate().map_err(error("service account tokens"))?;
    write(private, &pair.serialize_pem())?;
    write(public, &pair.public_key_pem())
}

/// Writes a file of the cluster. No mode is set: the cluster's folder is closed to others.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), Error> {
    fs::write(path, text).map_err(Error::io("write", path))
}

/// The subject of a certificate. `rcgen` keeps one value for each way to write an
/// attribute type, and there are two to write the organization: by name and by number.
fn subject(name: &str, groups: &[&str]) -> Result<DistinguishedName, Error> {
    let organizations = [DnType::OrganizationName, DnType::CustomDnType(vec![2, 5, 4, 10])];
    if groups.len() > organizations.len() {
        return Err(Error::TooManyGroups { user: name.to_owned(), count: groups.len() });
    }
    let mut subject = DistinguishedName::new();
    for (organization, group) in organizations.into_iter().zip(groups) {
        subject.push(organization, *group);
    }
    subject.push(DnType::CommonName, name);
    Ok(subject)
}

fn error(subject: &str) -> impl FnOnce(rcgen::Error) -> Error {
    move |source| Error::Certificate { subject: subject.to_owned(), source }
}

impl std::fmt::Debug for Authority {
    /// Without the key.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Authority").finish_non_exhaustive()
    }
}
