/**
 * Text that Terraform takes as it stands: `${` and `%{` would otherwise start an interpolation.
 * For literals only, never for a string that holds a cdktf token.
 */
export function terraformLiteral(text: string): string {
  return text.replace(/[$%]\{/g, (start) => `${start.charAt(0)}${start}`);
}
