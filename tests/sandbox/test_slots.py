import asyncio

from statera.sandbox.slots import Slots, cores


def test_no_more_tasks_than_cores_are_inside() -> None:
    slots, inside, most = Slots(), 0, 0

    async def task() -> None:
        nonlocal inside, most
        async with slots:
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    async def many() -> None:
        await asyncio.gather(*(task() for _ in range(20)))

    asyncio.run(many())
    asyncio.run(many())
    assert 1 <= most <= cores()
