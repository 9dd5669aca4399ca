import { useQuery } from "@tanstack/react-query";
import { callBytes } from "../../../api/call.ts";

interface ListingImageProps {
  plugin: string;
  image: string;
  source: string;
  alt: string;
}

/** A picture as its publisher signed it. It comes like all else from the API, and not as a request of the page's own. */
export function ListingImage({ plugin, image, source, alt }: ListingImageProps) {
  const picture = useQuery({
    queryKey: ["getListingImage", plugin, image, source],
    queryFn: async () =>
      await dataAddress(await callBytes("getListingImage", { params: { plugin, image }, query: { source } })),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  return (
    <figure>
      {picture.data === undefined ? (
        <p className="small dim" role="status">
          {picture.isError ? "The picture could not be read." : "Reading the picture…"}
        </p>
      ) : (
        <img src={picture.data} alt={alt} />
      )}
      <figcaption>{alt}</figcaption>
    </figure>
  );
}

export function dataAddress(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const reader = new FileReader();
  reader.addEventListener("load", () => resolve(reader.result as string));
  reader.addEventListener("error", () => reject(reader.error ?? new Error("the picture cannot be read")));
  reader.readAsDataURL(new Blob([bytes], { type: "image/png" }));
  return promise;
}
