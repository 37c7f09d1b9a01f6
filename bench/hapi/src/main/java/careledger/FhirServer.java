package careledger;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.jpa.api.dao.IFhirSystemDao;
import ca.uhn.fhir.jpa.provider.IJpaSystemProvider;
import ca.uhn.fhir.jpa.search.DatabaseBackedPagingProvider;
import ca.uhn.fhir.rest.server.RestfulServer;
import ca.uhn.fhir.rest.server.provider.ResourceProviderFactory;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/** Serves FHIR R4 at a free port of this machine, from a database in a folder: {@code FhirServer FOLDER}. */
public final class FhirServer {
  private static final int LARGEST_PAGE = 200;

  private FhirServer() {}

  public static void main(String[] args) throws Exception {
    System.setProperty(Storage.FOLDER, args[0]);
    var parts = new AnnotationConfigApplicationContext(Storage.class);
    var server = new Server();
    var connector = new ServerConnector(server);
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    var context = new ServletContextHandler();
    context.addServlet(new ServletHolder(fhirOf(parts)), "/fhir/*");
    server.setHandler(context);
    server.start();
    System.out.println("{\"ready\":true,\"service\":\"hapi\",\"url\":\"http://127.0.0.1:" + connector.getLocalPort() + "/fhir\"}");
    server.join();
  }

  private static RestfulServer fhirOf(AnnotationConfigApplicationContext parts) {
    var fhir = new RestfulServer(parts.getBean(FhirContext.class));
    fhir.registerProviders(parts.getBean(ResourceProviderFactory.class).createProviders());
    fhir.registerProvider(parts.getBean(IJpaSystemProvider.class));
    var pages = parts.getBean(DatabaseBackedPagingProvider.class);
    pages.setMaximumPageSize(LARGEST_PAGE);
    fhir.setPagingProvider(pages);
    parts.getBean(IFhirSystemDao.class);
    return fhir;
  }
}
