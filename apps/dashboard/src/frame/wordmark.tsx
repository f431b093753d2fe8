/** The product's name with its eye; the Arabic name is the original one. */
export function Wordmark({ size = 28 }: { size?: number }) {
  return (
    <span className="inline-flex items-center gap-3 text-text">
      <EyeMark size={size} />
      <span className="flex items-baseline gap-2 text-20 font-semibold">
        <bdi lang="en">Marsad</bdi>
        <bdi lang="ar" className="font-medium text-text-2">
          مرصد
        </bdi>
      </span>
    </span>
  );
}

export function EyeMark({ size = 24 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" fill="none" aria-hidden="true" className="shrink-0 text-accent">
      <path
        d="M3 16c3.6-6 7.9-9 13-9s9.4 3 13 9c-3.6 6-7.9 9-13 9S6.6 22 3 16Z"
        stroke="currentColor"
        strokeWidth="2.25"
      />
      <circle cx="16" cy="16" r="4.5" fill="currentColor" />
    </svg>
  );
}
