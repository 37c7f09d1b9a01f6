package careledger;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import ca.uhn.fhir.validation.FhirValidator;
import ca.uhn.fhir.validation.SingleValidationMessage;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.hl7.fhir.common.hapi.validation.support.CommonCodeSystemsTerminologyService;
import org.hl7.fhir.common.hapi.validation.support.InMemoryTerminologyServerValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.PrePopulatedValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.SnapshotGeneratingValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.ValidationSupportChain;
import org.hl7.fhir.common.hapi.validation.validator.FhirInstanceValidator;

/**
 * Validates every {@code *.json} of a folder, each a Bundle, against FHIR R4 4.0.1, and each vital sign in it against R4's
 * profile of it, whether the resource claims that profile or not; AuditEvents against IHE BALP where they claim it. Prints one JSON object per line for each finding:
 * {@code file}, {@code severity} ({@code fatal}, {@code error}, {@code warning}, {@code information}), {@code location},
 * {@code id} of the rule, {@code message}; in the end {@code {"validated": n}}.
 */
public final class ValidateBundles {
  /** Any resource, to the letter, without a claim that it does not make. */
  private static final String AS_IT_IS = "as-it-is";

  /** Validates nothing: writes the cases by which HL7 tests its validator into the folder. */
  private static final String CASES = "cases";

  private static final String PROFILES = "http://hl7.org/fhir/StructureDefinition/";

  /** LOINC codes by which R4 knows a vital sign (https://hl7.org/fhir/R4/observation-vitalsigns.html). */
  private static final Map<String, String> PROFILE_OF_CODE =
      Map.of(
          "8867-4", "heartrate",
          "8889-8", "heartrate",
          "9279-1", "resprate",
          "2708-6", "oxygensat",
          "59408-5", "oxygensat",
          "8310-5", "bodytemp",
          "85354-9", "bp",
          "8480-6", "bp",
          "8462-4", "bp",
          "85353-1", "vitalspanel");

  private static final ObjectMapper JSON = new ObjectMapper();

  private ValidateBundles() {}

  public static void main(String[] args) throws IOException {
    String how = args.length == 2 ? args[1] : "";
    if (args.length < 1 || args.length > 2 || (args.length == 2 && !how.equals(AS_IT_IS) && !how.equals(CASES)))
      throw new IllegalArgumentException("usage: ValidateBundles FOLDER [" + AS_IT_IS + " | " + CASES + "]");
    if (how.equals(CASES)) {
      Cases.write(Path.of(args[0]));
      return;
    }
    FhirValidator validator = validator();
    List<Path> files;
    try (Stream<Path> found = Files.list(Path.of(args[0]))) {
      files = found.filter(path -> path.toString().endsWith(".json")).sorted().toList();
    }
    for (Path file : files) {
      String resource = how.equals(AS_IT_IS) ? Files.readString(file) : claiming(file);
      try {
        for (SingleValidationMessage message : validator.validateWithResult(resource).getMessages())
          print(file, message.getSeverity().getCode(), message.getLocationString(), message.getMessageId(), message.getMessage());
      } catch (RuntimeException failure) {
        // It is no judge of this one.
        print(file, "fatal", "", "HAPI_FAILED", failure.toString());
      }
    }
    System.out.println(JSON.createObjectNode().put("validated", files.size()));
  }

  private static void print(Path file, String severity, String location, String id, String message) {
    ObjectNode finding = JSON.createObjectNode();
    finding.put("file", file.getFileName().toString());
    finding.put("severity", severity);
    finding.put("location", Objects.requireNonNullElse(location, ""));
    finding.put("id", Objects.requireNonNullElse(id, "NONE"));
    finding.put("message", message);
    System.out.println(finding);
  }

  private static FhirValidator validator() throws IOException {
    FhirContext context = FhirContext.forR4();
    ValidationSupportChain support =
        new ValidationSupportChain(
            new DefaultProfileValidationSupport(context),
            patientRead(context),
            new SnapshotGeneratingValidationSupport(context),
            new CommonCodeSystemsTerminologyService(context),
            new InMemoryTerminologyServerValidationSupport(context));
    return context.newValidator().registerValidatorModule(new FhirInstanceValidator(support));
  }

  /** What IHE BALP 1.1.3 asks of a read of what is about a patient, without its texts and bindings. */
  private static PrePopulatedValidationSupport patientRead(FhirContext context) throws IOException {
    try (InputStream json = ValidateBundles.class.getResourceAsStream("/patient-read.json")) {
      PrePopulatedValidationSupport support = new PrePopulatedValidationSupport(context);
      support.addStructureDefinition(context.newJsonParser().parseResource(json));
      return support;
    }
  }

  /** The Bundle of a file, each vital sign in it with the profiles that it has to conform to. */
  private static String claiming(Path file) throws IOException {
    JsonNode bundle = JSON.readTree(file.toFile());
    for (JsonNode entry : bundle.path("entry")) claimProfiles(entry.path("resource"));
    return bundle.toString();
  }

  /** Adds the profiles that an Observation has to conform to by its codes and categories. */
  private static void claimProfiles(JsonNode resource) {
    if (!resource.path("resourceType").asText().equals("Observation")) return;
    TreeSet<String> profiles = new TreeSet<>();
    for (JsonNode coding : resource.path("code").path("coding")) {
      String profile = PROFILE_OF_CODE.get(coding.path("code").asText());
      if (profile != null) profiles.add(PROFILES + profile);
    }
    for (JsonNode category : resource.path("category")) {
      for (JsonNode coding : category.path("coding")) {
        if (coding.path("code").asText().equals("vital-signs")) profiles.add(PROFILES + "vitalsigns");
      }
    }
    if (profiles.isEmpty()) return;
    JsonNode meta = resource.path("meta");
    ObjectNode claimed = meta instanceof ObjectNode object ? object : ((ObjectNode) resource).putObject("meta");
    profiles.forEach(claimed.withArray("profile")::add);
  }
}
