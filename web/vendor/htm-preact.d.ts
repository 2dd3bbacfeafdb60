/** What the pages use of preact and htm; the bundle is npm's `htm/preact/standalone.module.js`. */

export interface VNode {
  readonly key: string | number | null;
}
/** What may stand for a child of an element. */
export type Child = VNode | string | number | boolean | null | undefined | Child[];
export type Attributes = { [name: string]: unknown };
export type Component<P> = (props: P) => Child;

export function html(strings: TemplateStringsArray, ...values: unknown[]): VNode;
export function h(type: string | Component<any>, attributes: Attributes | null, ...children: Child[]): VNode;
export function render(node: Child, container: Element): void;

export function useState<T>(initial: T | (() => T)): [T, (next: T | ((now: T) => T)) => void];
export function useReducer<S, A>(reduce: (state: S, action: A) => S, initial: S): [S, (action: A) => void];
export function useEffect(effect: () => void | (() => void), inputs?: readonly unknown[]): void;
export function useLayoutEffect(effect: () => void | (() => void), inputs?: readonly unknown[]): void;
export function useRef<T>(initial: T): { current: T };
export function useMemo<T>(make: () => T, inputs: readonly unknown[]): T;
export function useCallback<T>(callback: T, inputs: readonly unknown[]): T;
export function useErrorBoundary(onError?: (error: unknown) => void): [unknown, () => void];
