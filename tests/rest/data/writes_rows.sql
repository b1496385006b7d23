insert into items (id, name, price, quantity, active, note) values
  (1, 'anvil', 19.99, 3, true, null), (2, 'bolt', 0.05, 500, false, 'small'), (3, 'nut', null, 12, null, '');
insert into countries values ('no', 'Norway', 5500000), ('se', 'Sweden', null), ('fi', 'Finland', 0);
insert into cities values (1, 'Oslo', 'no'), (2, 'Bergen', 'no'), (3, 'Lund', 'se'), (4, 'Atlantis', null);
insert into pairs values (1, 1, 'one-one'), (1, 2, 'one-two'), (2, 1, null);
insert into no_key values ('x', 1), ('x', 1), ('y', null);
insert into only_key values (1), (2);
insert into uniques values (1, 'ann@x', 'Ann', 'Berg'), (2, 'bob@x', 'Bob', 'Dahl'), (3, null, null, null);
insert into documents values (1, '{"a":1}', '{"b": [1, 2]}'), (2, null, null);
insert into kinds (id, small, flag, word) values (1, 1, true, 'one'), (2, null, null, null);
insert into boxes values (1, 'red'), (2, 'blue');
insert into things values (1, 1, 'ring'), (2, 1, 'coin'), (3, 2, 'key');
insert into made (id, base) values (1, 21);
insert into nodes values (1, null, 'root'), (2, 1, 'leaf');
insert into later values (1, 1);
insert into "odd name" values (1, 'x', 'q', 'd', 'p', 'u');
