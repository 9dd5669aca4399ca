package dev.hilum.hapi;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.rest.server.RestfulServer;
import ca.uhn.fhir.rest.server.interceptor.RequestValidatingInterceptor;
import ca.uhn.fhir.rest.server.provider.HashMapResourceProvider;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.hl7.fhir.r4.model.DocumentReference;
import org.hl7.fhir.r4.model.Patient;

/**
 * HAPI's server with its resources in maps, which judges what it is sent, over HTTPS on a loopback port that it prints. Takes
 * TLS_CERT and TLS_KEY (PEM, an EC key in PKCS #8). Nothing is sealed, indexed, audited or kept.
 */
public final class Server {
  private static final String KEY_PASSWORD = "in memory only";

  private Server() {}

  public static void main(String[] arguments) throws Exception {
    var server = new org.eclipse.jetty.server.Server();
    var connector = connectorOf(server);
    server.addConnector(connector);
    var handler = new ServletContextHandler("/");
    handler.addServlet(new ServletHolder(createFhirServer()), "/fhir/R4/*");
    server.setHandler(handler);
    server.start();
    System.out.println(connector.getLocalPort());
    server.join();
  }

  private static RestfulServer createFhirServer() {
    var fhir = FhirContext.forR4();
    var validating = new RequestValidatingInterceptor();
    validating.addValidatorModule(Validation.moduleFor(fhir));
    var rest = new RestfulServer(fhir);
    rest.registerProviders(
        new HashMapResourceProvider<>(fhir, Patient.class),
        new HashMapResourceProvider<>(fhir, DocumentReference.class));
    rest.registerInterceptor(validating);
    return rest;
  }

  private static ServerConnector connectorOf(org.eclipse.jetty.server.Server server) throws Exception {
    var http = new HttpConfiguration();
    // The certificate names an address, and clients of addresses name no host in the handshake.
    http.addCustomizer(new SecureRequestCustomizer(false));
    var tls = new SslContextFactory.Server();
    tls.setKeyStore(keyStoreOf(System.getenv("TLS_CERT"), System.getenv("TLS_KEY")));
    tls.setKeyStorePassword(KEY_PASSWORD);
    var connector =
        new ServerConnector(server, new SslConnectionFactory(tls, "http/1.1"), new HttpConnectionFactory(http));
    connector.setHost("127.0.0.1");
    return connector;
  }

  private static KeyStore keyStoreOf(String certificate, String key) throws Exception {
    var bytes = certificate.getBytes(StandardCharsets.US_ASCII);
    var leaf = CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(bytes));
    var der = Base64.getMimeDecoder().decode(key.replaceAll("-----[A-Z ]+-----", ""));
    var store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(
        "peer",
        KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der)),
        KEY_PASSWORD.toCharArray(),
        new Certificate[] {leaf});
    return store;
  }
}
