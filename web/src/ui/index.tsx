/** The few shared pieces: buttons, fields, failures, skeletons. Looks live in `styles/`, by the same names. */
import { Check, Copy, Eye, EyeOff, LoaderCircle } from "lucide-react";
import { useId, useState, type ButtonHTMLAttributes, type InputHTMLAttributes, type ReactNode, type Ref } from "react";
import { asProblem } from "../api/problem";
import { useText } from "../i18n";

type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & {
  readonly look?: "main" | "plain" | "quiet" | "danger";
  readonly busy?: boolean;
  readonly ref?: Ref<HTMLButtonElement>;
};

export function Button({ look = "plain", busy = false, children, className = "", ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={`button button-${look} ${className}`}
      aria-busy={busy || undefined}
      // A busy button keeps the focus: a disabled one would lose it.
      aria-disabled={busy || rest.disabled || undefined}
      onClick={busy ? (event) => event.preventDefault() : rest.onClick}
    >
      {busy && <LoaderCircle className="spin" size={18} aria-hidden />}
      {children}
    </button>
  );
}

type IconButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & {
  readonly label: string;
  readonly hotkey?: string;
  readonly ref?: Ref<HTMLButtonElement>;
};

/** A button that shows only an icon; its name is in the tooltip and for screen readers. */
export function IconButton({ label, hotkey, children, className = "", ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      aria-keyshortcuts={hotkey}
      title={hotkey ? `${label} (${hotkey})` : label}
      {...rest}
      className={`icon-button ${className}`}
    >
      {children}
    </button>
  );
}

type FieldProps = InputHTMLAttributes<HTMLInputElement> & {
  readonly label: string;
  readonly help?: string | undefined;
  readonly error?: string | undefined;
};

export function Field({ label, help, error, type, ...rest }: FieldProps) {
  const id = useId();
  const t = useText();
  const [shown, setShown] = useState(false);
  const secret = type === "password";
  const about = [help && `${id}-help`, error && `${id}-error`].filter(Boolean).join(" ");
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <div className="field-box">
        <input
          id={id}
          type={secret && shown ? "text" : type}
          aria-describedby={about || undefined}
          aria-invalid={error ? true : undefined}
          {...rest}
        />
        {secret && (
          <IconButton
            label={shown ? t.signIn.hidePassword : t.signIn.showPassword}
            aria-pressed={shown}
            onClick={() => setShown(!shown)}
          >
            {shown ? <EyeOff size={18} aria-hidden /> : <Eye size={18} aria-hidden />}
          </IconButton>
        )}
      </div>
      {error && (
        <p className="field-error" id={`${id}-error`}>
          {error}
        </p>
      )}
      {help && (
        <p className="field-help" id={`${id}-help`}>
          {help}
        </p>
      )}
    </div>
  );
}

/** What went wrong, what to do, and the request's id to quote. */
interface FailureProps {
  readonly error: unknown;
  readonly retry?: (() => void) | undefined;
  /** It stands for the whole page, so its title is the page's. */
  readonly wholePage?: boolean;
  readonly children?: ReactNode;
}

export function Failure({ error, retry, wholePage = false, children }: FailureProps) {
  const t = useText();
  const problem = asProblem(error);
  const silent = problem.status === 0;
  const forbidden = problem.status === 403;
  const title = silent ? t.failure.unreachable : forbidden ? t.failure.forbidden : problem.title || t.failure.title;
  const detail = silent ? t.failure.unreachableText : forbidden ? t.failure.forbiddenText : problem.detail;
  return (
    <div className="failure" role="alert">
      {wholePage ? <h1>{title}</h1> : <h2>{title}</h2>}
      {detail && <p>{detail}</p>}
      <div className="actions">
        {retry && (
          <Button look="main" onClick={retry}>
            {t.common.tryAgain}
          </Button>
        )}
        {children}
      </div>
      <RequestId id={problem.requestId} />
    </div>
  );
}

/** Takes a text to the clipboard. That exists only in secure contexts; elsewhere the text can still be selected. */
export function CopyButton({ text }: { readonly text: string }) {
  const t = useText();
  const [copied, setCopied] = useState(false);
  if (!isSecureContext) return null;
  return (
    <IconButton
      label={copied ? t.common.copied : t.common.copy}
      onClick={() => {
        void navigator.clipboard.writeText(text).then(() => setCopied(true));
      }}
    >
      {copied ? <Check size={16} aria-hidden /> : <Copy size={16} aria-hidden />}
    </IconButton>
  );
}

export function RequestId({ id }: { readonly id: string | null }) {
  const t = useText();
  if (!id) return null;
  return (
    <p className="request-id">
      {t.common.requestId} <code>{id}</code>
      <CopyButton text={id} />
    </p>
  );
}

/** A grey shape where text will be; `width` in any CSS unit. */
export function Skeleton({ width, height = "1em" }: { readonly width: string; readonly height?: string }) {
  return <span className="skeleton" style={{ width, height }} aria-hidden />;
}
