interface Labels {
  readonly agent?: string;
  readonly kind?: string;
  readonly session?: string;
}

/** The link to the dashboard that an alert with these labels must have. */
export function dashboard({ agent, kind, session }: Labels = {}): string {
  const variables = [
    'var-instance=a%3A10789',
    ...(agent === undefined ? [] : [`var-agent=${agent}`]),
    ...(kind === undefined ? [] : [`var-kind=${kind}`]),
    ...(session === undefined ? [] : [`var-session=${encodeURIComponent(session)}`]),
  ];
  return `/d/openclaw-store-sessions?${variables.join('&')}`;
}
