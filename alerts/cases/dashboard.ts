/** The link to the dashboard that an alert with these labels must have. */
export function dashboard({ agent, kind }: { readonly agent?: string; readonly kind?: string } = {}): string {
  const variables = [
    'var-instance=a%3A10789',
    ...(agent === undefined ? [] : [`var-agent=${agent}`]),
    ...(kind === undefined ? [] : [`var-kind=${kind}`]),
  ];
  return `/d/openclaw-store-sessions?${variables.join('&')}`;
}
