//! TLS of outgoing connections: trusts the system's certificate authorities and the operator's own.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

/// Client configuration that trusts the system's authorities and those of the PEM file `ca_file`;
/// an error names the file.
pub fn client_config(ca_file: Option<&Path>) -> Result<ClientConfig, String> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(path) = ca_file {
        let with_path = |error: &dyn std::error::Error| format!("{}: {error}", path.display());
        let certificates =
            CertificateDer::pem_file_iter(path).map_err(|error| with_path(&error))?;
        for certificate in certificates {
            let certificate = certificate.map_err(|error| with_path(&error))?;
            roots.add(certificate).map_err(|error| with_path(&error))?;
        }
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}
