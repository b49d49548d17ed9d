;; Scans of vectors in one linear memory. Vectors are named by their byte addresses, so that a scan touches only those asked for.
(module
  (import "engine" "memory" (memory 1))

  ;; out[i]: i32 = sum of int8 vector at list[i] times int16 query, over `dims` numbers (a multiple of 16). Four vectors at a time, so
  ;; that the memory is asked for one while another is still on its way: the list is read, and out written, up to a multiple of four.
  (func (export "dot")
    (param $list i32) (param $count i32) (param $query i32) (param $dims i32) (param $out i32)
    (local $end i32) (local $stop i32) (local $q i32) (local $bytes v128) (local $low v128) (local $high v128)
    (local $v0 i32) (local $v1 i32) (local $v2 i32) (local $v3 i32)
    (local $sum0 v128) (local $sum1 v128) (local $sum2 v128) (local $sum3 v128)
    (local.set $end (i32.add (local.get $list) (i32.shl (local.get $count) (i32.const 2))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $list) (local.get $end)))
        (local.set $v0 (i32.load offset=0 (local.get $list)))
        (local.set $sum0 (v128.const i32x4 0 0 0 0))
        (local.set $v1 (i32.load offset=4 (local.get $list)))
        (local.set $sum1 (v128.const i32x4 0 0 0 0))
        (local.set $v2 (i32.load offset=8 (local.get $list)))
        (local.set $sum2 (v128.const i32x4 0 0 0 0))
        (local.set $v3 (i32.load offset=12 (local.get $list)))
        (local.set $sum3 (v128.const i32x4 0 0 0 0))
        (local.set $stop (i32.add (local.get $v0) (local.get $dims)))
        (local.set $q (local.get $query))
        (loop $numbers
          (local.set $low (v128.load (local.get $q)))
          (local.set $high (v128.load offset=16 (local.get $q)))
          (local.set $bytes (v128.load (local.get $v0)))
          (local.set $sum0 (i32x4.add (local.get $sum0) (i32x4.add
            (i32x4.dot_i16x8_s (i16x8.extend_low_i8x16_s (local.get $bytes)) (local.get $low))
            (i32x4.dot_i16x8_s (i16x8.extend_high_i8x16_s (local.get $bytes)) (local.get $high)))))
          (local.set $v0 (i32.add (local.get $v0) (i32.const 16)))
          (local.set $bytes (v128.load (local.get $v1)))
          (local.set $sum1 (i32x4.add (local.get $sum1) (i32x4.add
            (i32x4.dot_i16x8_s (i16x8.extend_low_i8x16_s (local.get $bytes)) (local.get $low))
            (i32x4.dot_i16x8_s (i16x8.extend_high_i8x16_s (local.get $bytes)) (local.get $high)))))
          (local.set $v1 (i32.add (local.get $v1) (i32.const 16)))
          (local.set $bytes (v128.load (local.get $v2)))
          (local.set $sum2 (i32x4.add (local.get $sum2) (i32x4.add
            (i32x4.dot_i16x8_s (i16x8.extend_low_i8x16_s (local.get $bytes)) (local.get $low))
            (i32x4.dot_i16x8_s (i16x8.extend_high_i8x16_s (local.get $bytes)) (local.get $high)))))
          (local.set $v2 (i32.add (local.get $v2) (i32.const 16)))
          (local.set $bytes (v128.load (local.get $v3)))
          (local.set $sum3 (i32x4.add (local.get $sum3) (i32x4.add
            (i32x4.dot_i16x8_s (i16x8.extend_low_i8x16_s (local.get $bytes)) (local.get $low))
            (i32x4.dot_i16x8_s (i16x8.extend_high_i8x16_s (local.get $bytes)) (local.get $high)))))
          (local.set $v3 (i32.add (local.get $v3) (i32.const 16)))
          (local.set $q (i32.add (local.get $q) (i32.const 32)))
          (br_if $numbers (i32.lt_u (local.get $v0) (local.get $stop))))
        (i32.store offset=0 (local.get $out) (i32.add
          (i32.add (i32x4.extract_lane 0 (local.get $sum0)) (i32x4.extract_lane 1 (local.get $sum0)))
          (i32.add (i32x4.extract_lane 2 (local.get $sum0)) (i32x4.extract_lane 3 (local.get $sum0)))))
        (i32.store offset=4 (local.get $out) (i32.add
          (i32.add (i32x4.extract_lane 0 (local.get $sum1)) (i32x4.extract_lane 1 (local.get $sum1)))
          (i32.add (i32x4.extract_lane 2 (local.get $sum1)) (i32x4.extract_lane 3 (local.get $sum1)))))
        (i32.store offset=8 (local.get $out) (i32.add
          (i32.add (i32x4.extract_lane 0 (local.get $sum2)) (i32x4.extract_lane 1 (local.get $sum2)))
          (i32.add (i32x4.extract_lane 2 (local.get $sum2)) (i32x4.extract_lane 3 (local.get $sum2)))))
        (i32.store offset=12 (local.get $out) (i32.add
          (i32.add (i32x4.extract_lane 0 (local.get $sum3)) (i32x4.extract_lane 1 (local.get $sum3)))
          (i32.add (i32x4.extract_lane 2 (local.get $sum3)) (i32x4.extract_lane 3 (local.get $sum3)))))
        (local.set $out (i32.add (local.get $out) (i32.const 16)))
        (local.set $list (i32.add (local.get $list) (i32.const 16)))
        (br $next))))

  ;; Writes to `signs` one bit for each of `dims` numbers (a multiple of 16) of the int8 vector at `vector`: set where it is negative.
  (func (export "signs") (param $vector i32) (param $dims i32) (param $signs i32) (local $end i32)
    (local.set $end (i32.add (local.get $vector) (local.get $dims)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $vector) (local.get $end)))
        (i32.store16 (local.get $signs) (i8x16.bitmask (v128.load (local.get $vector))))
        (local.set $signs (i32.add (local.get $signs) (i32.const 2)))
        (local.set $vector (i32.add (local.get $vector) (i32.const 16)))
        (br $next))))

  ;; For each of `count` rows whose bytes in pass and present are both 1: distances[i]: u16 = bits in which its `bytes` sign
  ;; bytes (a multiple of 64, row after row from `signs` on) and those at query differ.
  ;; For the others distances[i] = 65535.
  (func (export "hamming")
    (param $pass i32) (param $present i32) (param $signs i32) (param $count i32) (param $query i32) (param $bytes i32)
    (param $distances i32)
    (local $end i32) (local $at i32) (local $stop i32) (local $q i32) (local $sum v128)
    (local.set $end (i32.add (local.get $pass) (local.get $count)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $pass) (local.get $end)))
        (if (i32.and (i32.load8_u (local.get $pass)) (i32.load8_u (local.get $present)))
          (then
            (local.set $at (local.get $signs))
            (local.set $stop (i32.add (local.get $signs) (local.get $bytes)))
            (local.set $q (local.get $query))
            (local.set $sum (v128.const i32x4 0 0 0 0))
            (loop $words
              (local.set $sum (i16x8.add (local.get $sum) (i16x8.extadd_pairwise_i8x16_u (i8x16.add
                (i8x16.add
                  (i8x16.popcnt (v128.xor (v128.load (local.get $at)) (v128.load (local.get $q))))
                  (i8x16.popcnt (v128.xor (v128.load offset=16 (local.get $at)) (v128.load offset=16 (local.get $q)))))
                (i8x16.add
                  (i8x16.popcnt (v128.xor (v128.load offset=32 (local.get $at)) (v128.load offset=32 (local.get $q))))
                  (i8x16.popcnt (v128.xor (v128.load offset=48 (local.get $at)) (v128.load offset=48 (local.get $q)))))))))
              (local.set $q (i32.add (local.get $q) (i32.const 64)))
              (local.set $at (i32.add (local.get $at) (i32.const 64)))
              (br_if $words (i32.lt_u (local.get $at) (local.get $stop))))
            (local.set $sum (i32x4.extadd_pairwise_i16x8_u (local.get $sum)))
            (i32.store16 (local.get $distances) (i32.add
              (i32.add (i32x4.extract_lane 0 (local.get $sum)) (i32x4.extract_lane 1 (local.get $sum)))
              (i32.add (i32x4.extract_lane 2 (local.get $sum)) (i32x4.extract_lane 3 (local.get $sum))))))
          (else (i32.store16 (local.get $distances) (i32.const 65535))))
        (local.set $signs (i32.add (local.get $signs) (local.get $bytes)))
        (local.set $distances (i32.add (local.get $distances) (i32.const 2)))
        (local.set $pass (i32.add (local.get $pass) (i32.const 1)))
        (local.set $present (i32.add (local.get $present) (i32.const 1)))
        (br $next))))

  ;; Raises histogram[d]: i32 by one for each of `count` distances d that is not 65535. (A pass of its own: within hamming its
  ;; stores would hold up the loads of the next rows, and take twice the time.)
  (func (export "count")
    (param $distances i32) (param $count i32) (param $histogram i32) (local $end i32) (local $at i32)
    (local.set $end (i32.add (local.get $distances) (i32.shl (local.get $count) (i32.const 1))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $distances) (local.get $end)))
        (local.set $at (i32.load16_u (local.get $distances)))
        (if (i32.ne (local.get $at) (i32.const 65535))
          (then
            (local.set $at (i32.add (local.get $histogram) (i32.shl (local.get $at) (i32.const 2))))
            (i32.store (local.get $at) (i32.add (i32.load (local.get $at)) (i32.const 1)))))
        (local.set $distances (i32.add (local.get $distances) (i32.const 2)))
        (br $next))))

  ;; Writes the places 0..count, plus `first`, whose distance is at most `threshold` to out: i32; returns how many there are.
  (func (export "select")
    (param $distances i32) (param $count i32) (param $threshold i32) (param $first i32) (param $out i32) (result i32)
    (local $end i32) (local $start i32)
    (local.set $end (i32.add (local.get $distances) (i32.shl (local.get $count) (i32.const 1))))
    (local.set $start (local.get $out))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $distances) (local.get $end)))
        (if (i32.le_u (i32.load16_u (local.get $distances)) (local.get $threshold))
          (then
            (i32.store (local.get $out) (local.get $first))
            (local.set $out (i32.add (local.get $out) (i32.const 4)))))
        (local.set $first (i32.add (local.get $first) (i32.const 1)))
        (local.set $distances (i32.add (local.get $distances) (i32.const 2)))
        (br $next)))
    (i32.shr_u (i32.sub (local.get $out) (local.get $start)) (i32.const 2)))

  ;; Writes the places 0..count (a multiple of 4), plus `first`, whose f32 score is at least `floor` to out: i32; returns how many
  ;; there are.
  (func (export "above")
    (param $scores i32) (param $count i32) (param $floor f32) (param $first i32) (param $out i32) (result i32)
    (local $end i32) (local $start i32) (local $found i32) (local $floors v128)
    (local.set $end (i32.add (local.get $scores) (i32.shl (local.get $count) (i32.const 2))))
    (local.set $start (local.get $out))
    (local.set $floors (f32x4.splat (local.get $floor)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $scores) (local.get $end)))
        (local.set $found (i32x4.bitmask (f32x4.ge (v128.load (local.get $scores)) (local.get $floors))))
        (block $none
          (br_if $none (i32.eqz (local.get $found)))
          (loop $more
            (i32.store (local.get $out) (i32.add (local.get $first) (i32.ctz (local.get $found))))
            (local.set $out (i32.add (local.get $out) (i32.const 4)))
            (local.set $found (i32.and (local.get $found) (i32.sub (local.get $found) (i32.const 1))))
            (br_if $more (local.get $found))))
        (local.set $first (i32.add (local.get $first) (i32.const 4)))
        (local.set $scores (i32.add (local.get $scores) (i32.const 16)))
        (br $next)))
    (i32.shr_u (i32.sub (local.get $out) (local.get $start)) (i32.const 2))))
