import { NothingHere } from "@/features/shell/nothing-here.tsx";

// Its code comes along with every page, also the sign-in: so nothing of the shell stands here.
export default function NotFound() {
  return (
    <main>
      <NothingHere />
    </main>
  );
}
