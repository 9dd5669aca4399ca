package dev.hilum.hapi;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.validation.FhirValidator;
import ca.uhn.fhir.validation.ResultSeverityEnum;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Map;

/** Reads a resource as JSON in each line of its input; answers each with a line: a JSON array of its errors. */
public final class Judge {
  private Judge() {}

  public static void main(String[] arguments) throws Exception {
    var fhir = FhirContext.forR4();
    FhirValidator validator = fhir.newValidator();
    validator.registerValidatorModule(Validation.moduleFor(fhir));
    var json = new ObjectMapper();
    var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    var output = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    for (var line = input.readLine(); line != null; line = input.readLine()) {
      output.println(json.writeValueAsString(judge(validator, line)));
    }
  }

  private static ArrayList<Map<String, String>> judge(FhirValidator validator, String resource) {
    var errors = new ArrayList<Map<String, String>>();
    try {
      for (var message : validator.validateWithResult(resource).getMessages()) {
        if (message.getSeverity().compareTo(ResultSeverityEnum.ERROR) < 0) continue;
        errors.add(Map.of("at", textOf(message.getLocationString()), "says", textOf(message.getMessage())));
      }
    } catch (RuntimeException | StackOverflowError thrown) {
      errors.add(Map.of("at", "", "says", "thrown: " + thrown.getClass().getSimpleName()));
    }
    return errors;
  }

  private static String textOf(String text) {
    return text == null ? "" : text;
  }
}
