interface PolicyFactory {
  createPolicy(name: string, rules: { createHTML(text: string): string }): unknown;
}

/**
 * Under `require-trusted-types-for 'script'` the kit could not write its `<style>` elements. The default policy lets
 * text through that holds no markup, which style sheets never do, and refuses everything else.
 * https://www.w3.org/TR/trusted-types/#default-policy-hdr
 */
export function allowStyleText(): void {
  const factory = (window as { trustedTypes?: PolicyFactory }).trustedTypes;
  factory?.createPolicy("default", {
    createHTML: (text) => {
      if (text.includes("<")) throw new TypeError("markup is not written as text");
      return text;
    },
  });
}
