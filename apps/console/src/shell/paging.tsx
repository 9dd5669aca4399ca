/** Newest and older pages of a list that is read by cursor. Shows nothing where there is only one page. */
export function Paging({
  cursor,
  next,
  onGo,
}: {
  cursor: string | undefined;
  next: string | undefined;
  onGo(cursor: string | undefined): void;
}) {
  return (
    <>
      {cursor !== undefined && (
        <button type="button" className="tbtn" onClick={() => onGo(undefined)}>
          Newest
        </button>
      )}
      {next !== undefined && (
        <button type="button" className="tbtn" onClick={() => onGo(next)}>
          Older
        </button>
      )}
    </>
  );
}
