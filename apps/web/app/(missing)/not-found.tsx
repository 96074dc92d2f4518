import { NothingHere } from "@/features/shell/nothing-here.tsx";

export default function NotFound() {
  return <NothingHere />;
}
