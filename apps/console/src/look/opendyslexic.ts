// Loaded only where the preference asks for it: the font alone is larger than the first route.
import "@fontsource/opendyslexic/latin-400.css";
import "@fontsource/opendyslexic/latin-700.css";
