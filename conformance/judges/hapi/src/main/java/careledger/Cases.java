package careledger;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The cases by which HL7 tests its own validator (org.hl7.fhir.testcases): those of R4 in JSON that need no package, profile
 * or other resource besides.
 */
final class Cases {
  private static final String FOLDER = "/org/hl7/fhir/testcases/validator/";

  private static final List<String> NEEDS = List.of("packages", "supporting", "profile", "profiles", "logical");

  private static final ObjectMapper JSON = new ObjectMapper();

  private Cases() {}

  /** Writes each under its name, with two underscores for a slash; prints how many there are. */
  static void write(Path folder) throws IOException {
    int written = 0;
    for (JsonNode each : JSON.readTree(open("manifest.json")).path("test-cases")) {
      String file = each.path("file").asText();
      boolean isR4 = each.path("version").asText().startsWith("4.0");
      if (!isR4 || !file.endsWith(".json") || NEEDS.stream().anyMatch(each::has)) continue;
      Path target = folder.resolve(file.replace("/", "__"));
      try (InputStream content = open(file)) {
        // The manifest names some that are not there, and some twice.
        if (content == null || Files.exists(target)) continue;
        Files.copy(content, target);
        written++;
      }
    }
    System.out.println(JSON.createObjectNode().put("validated", written));
  }

  private static InputStream open(String file) {
    return Cases.class.getResourceAsStream(FOLDER + file);
  }
}
